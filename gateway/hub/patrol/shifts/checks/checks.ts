import { absent } from './absent.ts'
import type { ShiftCheck } from './check.ts'
import { clockSkew } from './clock-skew.ts'
import { earlyEnd } from './early-end.ts'
import { gapTooLong } from './gap-too-long.ts'
import { impossibleJump } from './impossible-jump.ts'
import { lateStart } from './late-start.ts'
import { outOfArea } from './out-of-area.ts'
import { positionCopied } from './position-copied.ts'
import { positionFrozen } from './position-frozen.ts'
import { speeding } from './speeding.ts'
import { stayTooLong } from './stay-too-long.ts'

/** Every check of a shift, in the order in which they are told. */
export const CHECKS: readonly ShiftCheck[] = [
  absent,
  lateStart,
  earlyEnd,
  outOfArea,
  stayTooLong,
  gapTooLong,
  speeding,
  impossibleJump,
  positionFrozen,
  positionCopied,
  clockSkew,
]
