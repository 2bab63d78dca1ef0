"""Who else is told: every event of events.py goes to syslog, to an HTTP collector or to a file.

Sinks are the opposite of a recording: isolated, bounded, counted, never fatal. What happens:

    logs.event ─► feed ─► spool (segment files on disk) ─► one cursor and one thread a sink ─► endpoint
    every process │        ╰───────────── a process of their own (process.py) ─────────────╯
                  ╰ one write with O_APPEND, no waiting, no error that reaches a session

Delivery is at least once: after a kill an event can arrive twice, with the same `uid`.
"""
