/** Which lines a process plays on: `pty` or `memory`. */
export const LINES_VARIABLE = 'DETECTION_LINES'
