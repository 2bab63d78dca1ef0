"""Files in passing: followers of SFTP and SCP that read what passes, and never change or delay it.

No sockets, no threads: bytes of one side go in, lines of files.jsonl come out (docs/recording-format.md).
"""
