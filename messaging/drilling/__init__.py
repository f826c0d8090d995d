"""The drill: send thousands of rows while everything that can break is broken, and then do the books.

It works in a database, on ports and in processes of its own, at the simulator, and touches nothing of the
product's. `manage.py drill` builds that place around it; whoever presses the button calls `start`.

starting   the button: one drill at a time
referee    the simulator's counters, asked and told over HTTP
world      accounts, bots, contacts and rows to send
supply     which of them may leave already
crew       clusters of workers: start, find, kill, and restart as a supervisor does
people     who takes back what has not left yet
disturber  what goes wrong, when, and what was in flight at that moment
course     the whole of it, from the first row to the last
books      our rows against the simulator's: nothing lost, nothing doubled, and the sum holds
"""

from messaging.drilling.starting import start

__all__ = ["start"]
