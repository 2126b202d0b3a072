"""Questions and their answers: the cog, and beside it what it takes to answer one."""
