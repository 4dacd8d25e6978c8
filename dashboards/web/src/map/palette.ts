/** Colours of the map, as CSS for MapLibre and as RGB for deck.gl. */

export type Rgb = [number, number, number]

export const GROUND = '#edefe9'

export const TEAL: Rgb = [15, 108, 113]
export const INK: Rgb = [81, 96, 106]
export const SLATE: Rgb = [138, 149, 158]
export const AMBER: Rgb = [240, 138, 36]
export const RED: Rgb = [207, 50, 42]
export const WHITE: Rgb = [255, 255, 255]

export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`
