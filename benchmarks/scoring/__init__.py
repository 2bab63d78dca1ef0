"""Commands beside what the shells themselves told: sessions with truth, scores, simple methods, the page."""
