// Light that falls on a point: the surroundings as spherical harmonics, and one lamp with its shadow.
// Colours are radiance of a white matt surface that faces the light.

uniform vec3 ambient[9];
uniform vec3 key_direction;
uniform vec3 key_colour;
uniform float key_softness;  // texels over which a shadow's edge fades
uniform sampler2DShadow shadow_map;

const vec3 ZERO = vec3(0.0);

// Ramamoorthi and Hanrahan, "An efficient representation for irradiance environment maps" (2001).
// The coefficients come with all constants multiplied in.
vec3 surroundings(vec3 n) {
    return max(
        ambient[0] + ambient[1] * n.y + ambient[2] * n.z + ambient[3] * n.x
        + ambient[4] * (n.x * n.y) + ambient[5] * (n.y * n.z) + ambient[6] * (3.0 * n.z * n.z - 1.0)
        + ambient[7] * (n.x * n.z) + ambient[8] * (n.x * n.x - n.y * n.y), ZERO);
}

// What a rough gloss mirrors of them: the broad strokes.
vec3 mirrored_surroundings(vec3 n) {
    return max(ambient[0] + ambient[1] * n.y + ambient[2] * n.z + ambient[3] * n.x, ZERO);
}

float lit_share(vec3 place) {
    vec2 step = vec2(key_softness) / vec2(textureSize(shadow_map, 0));
    float z = place.z - 0.002;
    float sum = texture(shadow_map, vec3(place.xy + step * vec2(-0.9, -0.4), z));
    sum += texture(shadow_map, vec3(place.xy + step * vec2(0.4, -0.9), z));
    sum += texture(shadow_map, vec3(place.xy + step * vec2(0.9, 0.4), z));
    sum += texture(shadow_map, vec3(place.xy + step * vec2(-0.4, 0.9), z));
    // Beyond the map everything is lit.
    vec2 off = abs(place.xy - 0.5);
    return mix(sum * 0.25, 1.0, smoothstep(0.42, 0.5, max(off.x, off.y)));
}

// Gloss of one lamp: GGX with the visibility term of Karis, "Optimizing PBR for mobile" (2015).
float gloss(vec3 n, vec3 view, vec3 light, float roughness) {
    vec3 halfway = normalize(view + light);
    float nh = max(dot(n, halfway), 0.0);
    float lh = max(dot(light, halfway), 0.1);
    float a = roughness * roughness;
    float d = nh * nh * (a * a - 1.0) + 1.0;
    float cosine = max(dot(n, light), 0.0);
    return min(a * a / (4.0 * d * d * lh * lh * (roughness + 0.5)), 20.0) * cosine;
}
