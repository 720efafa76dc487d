"""The public data sets as a user has them on disk: FreiHAND, RHD, STB."""
