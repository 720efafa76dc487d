"""Hands in space, in Open3D: a window that plays them, pictures for documents, solids and depth for others.

Only `handtrack view` comes here, and only `open3d_package` imports Open3D. Everything is in metres and in the
camera's axes: x right, y down, z away from the camera, which stands at the origin.
"""
