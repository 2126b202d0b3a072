"""PostgreSQL with pgvector as the place where several processes share collections.

Everything is in the schema ``verbatim``. Who writes holds an advisory lock, and writes on the
session that holds it: a lost session can write nothing. Questions are never answered from here
unless a setting says so: each process pulls the live snapshot into a folder of its own.
"""
