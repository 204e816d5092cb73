"""Orders on their way into the store.

A plan (`plan`) becomes a run (`runs`), which a worker of the app or a command works through. One
day slice walks through five files:

    engine        fetches slices on a pool of threads, and writes each in one transaction
    sources/      gives the slice: Komet is asked for it, an order file has it
    compare       says what has changed: pure, row against row
    commit        puts the slice in order against what is stored
    table/        holds the SQL; nobody outside of this package imports it

`by_number` and `imports` bring slices without a worker; `schedules` starts runs by the clock.
"""
