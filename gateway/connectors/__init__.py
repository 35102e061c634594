"""Other systems' languages, to and from ours. Pure: what comes out is stored by others."""
