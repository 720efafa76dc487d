"""From placed hands and things to the picture that a webcam would make of them."""
