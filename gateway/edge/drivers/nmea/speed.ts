/** A knot is 1852 m an hour. */
export const MPS_PER_KNOT = 1852 / 3600
export const MPS_PER_KMH = 1 / 3.6
/** Civil receivers are barred from working above 1000 knots (the CoCom limit): more is no measurement. */
export const MAX_KNOTS = 1000
export const MAX_KMH = 1852
