"""The evaluation protocols of the public data sets: FreiHAND, RHD and STB."""
