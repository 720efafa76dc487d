#version 330
#include "lighting.glsl"

uniform sampler2DArray marks_sheets;  // palm and back in turn; r height, g dark lines, b blood, a nail
uniform sampler2D mottle_noise;  // tiled
uniform float sheet;
uniform vec3 sheet_frame;  // corner x, y and side, metres
uniform float hand_label;

uniform vec3 back_colour;
uniform vec3 palm_colour;
uniform vec3 knuckle_colour;  // factor on the back's colour where a joint stretches the skin
uniform vec3 blood_colour;  // factor where blood shines through fully
uniform vec3 nail_colour;
uniform float nail_cover;  // 0 bare nail, 1 varnish
uniform float crease_depth;  // metres at height 1
uniform float crease_shade;
uniform float mottle;  // patchiness of the colour
uniform float hair;  // on the arm
uniform float roughness;
uniform float reflectance;
uniform vec3 scatter;  // how far each colour of light wanders past the terminator

uniform bool has_photo;
uniform sampler2D photo;  // sRGB; alpha 1 skin to 0 cloth
uniform sampler2D relief;  // normals in tangent space
uniform bool photo_nails;  // whether it shows nails
uniform vec3 photo_skin;  // factors on its linear colours
uniform vec3 photo_power;
uniform vec3 photo_cloth;
uniform bool toned;  // the skin has its shades of grey alone
uniform bool dyed;  // so has the cloth
uniform vec3 cloth_colour;  // of a glove on the arm
uniform float cuff;  // metres from the wrist
uniform float cloth_roughness;

in vec3 position;
in vec3 normal;
in vec4 flat_place;  // xyz metres; w 1 on the palm to -1 on the back
in vec2 photo_place;
in vec3 shadow_position;
in float openness;

out vec4 colour;  // alpha: label + distance / 8 metres

// Mikkelsen, "Bump mapping unparametrized surfaces on the GPU" (2010).
vec3 bumped(vec3 n, float height) {
    vec3 across = dFdx(position);
    vec3 along = dFdy(position);
    vec3 r1 = cross(along, n);
    vec3 r2 = cross(n, across);
    float area = dot(across, r1);
    vec3 slope = sign(area) * (dFdx(height) * r1 + dFdy(height) * r2);
    return normalize(abs(area) * n - slope);
}

// Schueler, "Followup: normal mapping without precomputed tangents" (2013).
vec3 mapped(vec3 n, vec3 t) {
    vec3 across = dFdx(position);
    vec3 along = dFdy(position);
    vec2 across_photo = dFdx(photo_place);
    vec2 along_photo = dFdy(photo_place);
    vec3 r1 = cross(along, n);
    vec3 r2 = cross(n, across);
    vec3 tangent = r1 * across_photo.x + r2 * along_photo.x;
    vec3 downwards = r1 * across_photo.y + r2 * along_photo.y;
    float size = max(dot(tangent, tangent), dot(downwards, downwards));
    if (size == 0.0) return n;
    return normalize(sign(dot(across, r1)) * inversesqrt(size) * (tangent * t.x - downwards * t.y) + n * t.z);
}

vec3 matt(vec3 n, vec3 light) {
    return clamp((dot(n, light) + scatter) / ((1.0 + scatter) * (1.0 + scatter)), 0.0, 1.0);
}

void main() {
    vec2 place = (flat_place.xy - sheet_frame.xy) / sheet_frame.z;
    vec3 spots = texture(mottle_noise, flat_place.xy * 11.0 + flat_place.z * 7.0).rgb - 0.5;
    float side = smoothstep(-0.6, 0.4, flat_place.w + 0.3 * spots.x);
    // The two sides meet where neither has marks.
    vec4 marks = texture(marks_sheets, vec3(place, 2.0 * sheet + (side < 0.5 ? 1.0 : 0.0)));
    vec3 view = -normalize(position);
    vec3 smooth_normal = normalize(normal);
    if (dot(smooth_normal, view) < -0.2) smooth_normal = -smooth_normal;
    float on_photo = 0.0;
    float cloth = 0.0;
    vec4 shown = vec4(0.0);
    if (has_photo) {
        shown = texture(photo, photo_place);
        shown.rgb = pow(shown.rgb, vec3(2.2));
        // The photograph ends where the mesh's own arm begins.
        on_photo = 1.0 - smoothstep(-0.020, -0.006, flat_place.y);
        cloth = mix(1.0 - smoothstep(cuff - 0.0006, cuff + 0.0006, flat_place.y), 1.0 - shown.a, on_photo);
        marks = mix(marks, vec4(150.0 / 255.0, 0.0, 0.0, 0.0), cloth);
    }
    vec3 n = bumped(smooth_normal, marks.r * crease_depth);
    if (has_photo) {
        vec3 tilt = texture(relief, photo_place).xyz * 2.0 - 1.0;
        n = mapped(n, normalize(mix(vec3(0.0, 0.0, 1.0), tilt, 0.7 * on_photo)));
    }

    float arm = smoothstep(-0.015, 0.02, flat_place.y);
    float palm = side * (1.0 - 0.75 * arm);
    float knuckle = marks.b * (1.0 - side) * (1.0 - marks.a);
    float blood = marks.b * (side + 0.3 * (1.0 - side));
    vec3 skin = mix(back_colour, palm_colour, palm);
    skin *= mix(vec3(1.0), knuckle_colour, knuckle);
    skin *= mix(vec3(1.0), blood_colour, clamp(blood + mottle * spots.y * 2.0, 0.0, 1.3));
    skin *= 1.0 + mottle * 0.5 * spots.z;
    vec3 grey = vec3(dot(shown.rgb, vec3(0.3, 0.6, 0.1)));
    skin = mix(skin, pow(toned ? grey : shown.rgb, photo_power) * photo_skin, on_photo);
    float strands = texture(mottle_noise, flat_place.xy * vec2(40.0, 9.0) + flat_place.yx * vec2(14.0, 0.0)).a;
    skin *= 1.0 - hair * (1.0 - side) * arm * max(strands * 2.0 - 0.9, 0.0);
    skin *= 1.0 - crease_shade * marks.g * vec3(0.75, 1.0, 1.0);
    float nail = marks.a;
    vec3 plate = mix(nail_colour, vec3(0.50, 0.46, 0.40), marks.b * (1.0 - nail_cover));
    if (has_photo && photo_nails) plate = mix(skin, plate, nail_cover);
    skin = mix(skin, plate, nail);
    skin = mix(skin, mix(cloth_colour, (dyed ? grey : shown.rgb) * photo_cloth, on_photo), cloth);
    float rough = mix(mix(roughness, 0.26, nail), cloth_roughness, cloth);
    float shine = mix(reflectance, 0.04, nail);

    float shadow = lit_share(shadow_position);
    float key_cosine = dot(smooth_normal, key_direction);
    float key_share = mix(1.0, shadow, smoothstep(-0.35, 0.1, key_cosine));
    // Light that enters beside a shadow's edge comes out in it reddened.
    vec3 key_light = key_colour * key_share * (1.0 + (1.0 - key_share) * vec3(0.4, 0.0, -0.1));
    // Light reflected between the fingers takes on the skin's colour.
    vec3 sky = vec3(openness) / (1.0 - skin * (1.0 - openness) * 0.9);
    vec3 blurred_normal = normalize(mix(n, smooth_normal, 0.5));
    vec3 light = surroundings(blurred_normal) * sky;
    light += key_light * vec3(matt(blurred_normal, key_direction).r, matt(n, key_direction).gb);
    float edge = 1.0 - clamp(dot(n, view), 0.0, 1.0);
    float edge5 = edge * edge * edge * edge * edge;
    vec3 mirror = mirrored_surroundings(reflect(-view, n)) * openness * (shine + (0.5 - 0.5 * roughness) * edge5);
    mirror += shine * key_light * shadow * gloss(n, view, key_direction, rough);
    colour = vec4(skin * light + mirror, hand_label + position.z / 8.0);
}
