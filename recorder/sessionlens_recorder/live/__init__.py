"""Running sessions from outside: seen, ended, allowed by a second person. docs/decisions/0085."""
