#version 330
#include "lighting.glsl"

uniform float thing_label;
uniform int pattern;  // 0 plain, 1 stripes, 2 checks, 3 knit, 4 blotches, 5 rows of small marks
uniform vec3 colour;
uniform vec3 second_colour;
uniform float pattern_size;  // metres a period
uniform float roughness;
uniform float reflectance;
uniform float metal;
uniform float glow;  // radiance of its own, in units of its colour
uniform sampler2D mottle_noise;

in vec3 position;
in vec3 normal;
in vec2 uv;
in vec3 shadow_position;

out vec4 light_out;  // alpha: label + distance / 8 metres

float wave(float x) {
    return smoothstep(-0.25, 0.25, sin(6.2831853 * x));
}

void main() {
    vec2 place = uv / pattern_size;
    vec3 noise = texture(mottle_noise, uv * 6.0).rgb - 0.5;
    float share = 0.0;
    float fold = 1.0 + 0.12 * noise.y;
    if (pattern == 1) share = wave(place.y);
    else if (pattern == 2) share = 0.5 * (wave(place.x) + wave(place.y));
    else if (pattern == 3) fold *= 0.72 + 0.28 * sin(6.2831853 * place.x) + 0.08 * sin(12.566 * place.y);
    else if (pattern == 4) share = smoothstep(-0.08, 0.08, texture(mottle_noise, place * 0.25).r - 0.5);
    else if (pattern == 5) {
        vec2 cell = fract(place) - 0.5;
        share = step(abs(cell.y), 0.2) * step(abs(cell.x), 0.4 + noise.x);
    }
    vec3 base = mix(colour, second_colour, share) * fold;

    vec3 view = -normalize(position);
    vec3 n = normalize(normal);
    if (dot(n, view) < 0.0) n = -n;
    float shadow = lit_share(shadow_position);
    vec3 key_light = key_colour * shadow;
    vec3 light = surroundings(n);
    light += key_light * max(dot(n, key_direction), 0.0);
    float edge = 1.0 - clamp(dot(n, view), 0.0, 1.0);
    vec3 mirror_colour = mix(vec3(reflectance), base, metal);
    mirror_colour += (1.0 - mirror_colour) * (1.0 - roughness) * edge * edge * edge * edge * edge;
    vec3 mirror = mirrored_surroundings(reflect(-view, n));
    mirror += key_light * gloss(n, view, key_direction, roughness);
    light_out = vec4(base * (light * (1.0 - metal) + glow) + mirror_colour * mirror, thing_label + position.z / 8.0);
}
