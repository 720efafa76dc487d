"""Many videos: worker processes of this machine or of a cluster, a session each, and a table that sums up."""
