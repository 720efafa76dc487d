#version 330
uniform mat4 shadow_from_camera;
in vec3 in_position;

void main() {
    gl_Position = shadow_from_camera * vec4(in_position, 1.0);
}
