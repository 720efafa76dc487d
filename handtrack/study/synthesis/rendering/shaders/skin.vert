#version 330
// Places a hand in the picture. Positions are metres in camera axes (x right, y down, z away).

uniform mat4 clip_from_camera;
uniform mat4 shadow_from_camera;
const int OCCLUDERS = 40;  // as in projection.py
uniform vec4 occluders[OCCLUDERS];  // xyz centre, w radius, metres: the spheres that a hand is made of

in vec3 in_position;
in vec3 in_normal;
in vec4 in_flat;  // xyz place on the flat hand at rest, metres; w 1 on the palm to -1 on the back

in vec2 in_uv;  // place in the photograph

out vec3 position;
out vec3 normal;
out vec4 flat_place;
out vec2 photo_place;
out vec3 shadow_position;
out float openness;  // share of the surroundings that is not hidden by the hand itself

float share_of_sky() {
    float open = 1.0;
    for (int i = 0; i < OCCLUDERS; ++i) {
        vec3 towards = occluders[i].xyz - in_position;
        float squared = max(dot(towards, towards), 1e-8);
        float radius = occluders[i].w;
        float facing = max(dot(in_normal, towards) * inversesqrt(squared), 0.0);
        open *= 1.0 - min(0.85, facing * radius * radius / squared);
    }
    return open;
}

void main() {
    position = in_position;
    normal = in_normal;
    flat_place = in_flat;
    photo_place = in_uv;
    openness = share_of_sky();
    // Moved off the surface against false self-shadow.
    shadow_position = (shadow_from_camera * vec4(in_position + 0.0015 * in_normal, 1.0)).xyz * 0.5 + 0.5;
    gl_Position = clip_from_camera * vec4(in_position, 1.0);
}
