"""The engine: it derives storage, merging, checking and rebuilding of any projection from its declaration.

It names no projection. Read it in this order: columns (the merge algebra), declaration, compiler (generated merge),
ddl (generated SQL), store (one transaction), pump (batch to commit), then rebuild, digest, verify, as_of.
"""
