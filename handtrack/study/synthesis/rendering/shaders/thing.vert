#version 330
// Places a thing in the picture. Positions are metres in camera axes (x right, y down, z away).

uniform mat4 clip_from_camera;
uniform mat4 shadow_from_camera;

in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;

out vec3 position;
out vec3 normal;
out vec2 uv;
out vec3 shadow_position;

void main() {
    position = in_position;
    normal = in_normal;
    uv = in_uv;
    // Moved off the surface against false self-shadow.
    shadow_position = (shadow_from_camera * vec4(in_position + 0.0015 * in_normal, 1.0)).xyz * 0.5 + 0.5;
    gl_Position = clip_from_camera * vec4(in_position, 1.0);
}
