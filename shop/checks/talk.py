"""话: who is served and by whom; a message is heard once, a letter said once."""

from __future__ import annotations

from shop.checks.check import Check

CHECKS = (
    Check(
        "one open request for a person",
        "person {what} has {figure} open requests",
        "SELECT cast(t.person_id AS text) AS what, count(*) AS figure FROM ticket AS t "
        "WHERE t.state <> 'closed' AND t.person_id IS NOT NULL AND t.shop_id = ? GROUP BY t.person_id HAVING count(*) > 1",
    ),
    Check(
        "whoever is served is served by somebody",
        "request {what} is in nobody's hands, or in somebody's without being served",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND ((t.state IN ('active', 'waiting')) <> (t.owner_id IS NOT NULL) AND t.state <> 'closed')",
    ),
    Check(
        "no request is forgotten",
        "request {what} waits and no clock looks at it",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND (t.state <> 'closed') <> (t.due_at IS NOT NULL)",
    ),
    Check(
        "a request that ended has its moment",
        "request {what} ended without a moment, or has one without an end",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND (t.state = 'closed') <> (t.closed_at IS NOT NULL AND t.ended <> '')",
    ),
    Check(
        "what waits for an answer is in hands",
        "request {what} owes an answer and nobody has it, or is owed none and waits for one",
        "SELECT cast(t.id AS text) AS what, 1 AS figure FROM ticket AS t WHERE t.shop_id = ? "
        "AND (t.state = 'active') <> (t.owed_since IS NOT NULL)",
    ),
    Check(
        "an account is one person's",
        "{what} is {figure} people",
        "SELECT h.channel || ' ' || h.account AS what, count(*) AS figure FROM handle AS h "
        "JOIN person ON person.id = h.person_id WHERE person.shop_id = ? "
        "GROUP BY h.channel, h.account HAVING count(*) > 1",
    ),
    Check(
        "a message is heard once",
        "message {what} was kept {figure} times",
        "SELECT m.channel || ' ' || m.channel_id AS what, count(*) AS figure FROM message AS m "
        "GROUP BY m.channel, m.channel_id HAVING count(*) > 1",
    ),
    Check(
        "letters come from what was worked through",
        "message {what} is not done and {figure} letters answer it",
        "SELECT cast(m.id AS text) AS what, count(*) AS figure FROM message AS m JOIN letter ON letter.cause = m.id "
        "WHERE m.state = 'new' AND letter.event IS NULL GROUP BY m.id",
    ),
    Check(
        "a letter exists once",
        "letter {what} exists {figure} times",
        'SELECT l."key" AS what, count(*) AS figure FROM letter AS l GROUP BY l."key" HAVING count(*) > 1',
    ),
    Check(
        "a letter that was sent has its moment",
        "letter {what} says that it was sent and when in different words",
        "SELECT l.\"key\" AS what, 1 AS figure FROM letter AS l WHERE (l.state = 'sent') <> (l.sent_at IS NOT NULL)",
    ),
    Check(
        "an event that was not told has no letters",
        "event {what} is still to be told and {figure} letters tell it",
        "SELECT cast(e.id AS text) AS what, count(*) AS figure FROM event AS e JOIN letter ON letter.event = e.id "
        "WHERE NOT e.told GROUP BY e.id",
    ),
)
