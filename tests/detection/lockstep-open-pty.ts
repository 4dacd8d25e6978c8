import { LINES_VARIABLE } from './lines-variable.ts'
import { LockstepLines } from './lockstep-lines.ts'
import { MemoryLines } from './memory-lines.ts'

/** What device-sim/hardware/pty.ts is to the simulator in a run in virtual time. */
export const LINES = process.env[LINES_VARIABLE] === 'pty' ? new LockstepLines() : new MemoryLines()
export const openPty = () => LINES.openPty()
