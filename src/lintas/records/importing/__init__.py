"""From foreign data to records: FollowTheMoney's JSON lines, tables through a mapping, tables of another database."""
