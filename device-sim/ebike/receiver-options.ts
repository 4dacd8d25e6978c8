import type { CopiedSpan, FrozenSpan, SpoofedSpan } from './false-track.ts'
import { MAKES, type MakeName } from './makes.ts'
import {
  anyNumber,
  flag,
  list,
  number,
  oneOf,
  positive,
  type Rules,
  required,
  span,
  withDefaults,
} from './option-rules.ts'
import { type ClockJump, COLD_DATES, type ColdDate } from './receiver-clock.ts'
import type { Span } from './span.ts'

/** What kind of receiver it is and what is wrong with it; plain values, as a scenario file has them. */
export interface ReceiverOptions {
  /** By seed unless given. */
  make?: MakeName | undefined
  /** Epochs a second: 1 to 10, or 25. */
  rateHz: number
  /** Starts are warm: 5 to 10 s of status V with the last position and the right time, instead of cold. */
  warmStart: boolean
  /** How long it goes on by dead reckoning in a tunnel; as its make does unless given. */
  deadReckoningS?: number | undefined
  /** What a receiver without a clock writes for the date until it has a fix. */
  coldDate: ColdDate
  /** So long after each first fix it knows the time of day but no date, which stays blank. */
  datelessS: number
  /** Second of the ride from which on all dates are 1024 weeks early; 0 is the whole ride. */
  rolloverAtS?: number | undefined
  /** So long after power-on its time is ahead of UTC by `leapSeconds`: the almanac that tells them takes 12.5 min. */
  leapSecondsAfterS: number
  /** GPS minus UTC: 18 s since 2017. */
  leapSeconds: number
  clockJumps: readonly ClockJump[]
  freezes: readonly FrozenSpan[]
  copies: readonly CopiedSpan[]
  spoofs: readonly SpoofedSpan[]
  /** Without power, besides `powerGapsPerHour`: nothing is written, then it starts. */
  powerCuts: readonly Span[]
}

const DEFAULT_RECEIVER: ReceiverOptions = {
  rateHz: 1,
  warmStart: false,
  coldDate: 'gps-start',
  datelessS: 0,
  leapSecondsAfterS: 0,
  leapSeconds: 18,
  clockJumps: [],
  freezes: [],
  copies: [],
  spoofs: [],
  powerCuts: [],
}

const RULES: Rules<ReceiverOptions> = {
  make: oneOf(MAKES.map((make) => make.name)),
  rateHz: oneOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 25]),
  warmStart: flag,
  deadReckoningS: number(0),
  coldDate: oneOf(Object.keys(COLD_DATES)),
  datelessS: number(0),
  rolloverAtS: number(0),
  leapSecondsAfterS: number(0),
  leapSeconds: anyNumber,
  clockJumps: list(required({ atS: number(0), byS: anyNumber })),
  freezes: list(span({}, { clock: flag })),
  copies: list(span({ lagS: positive })),
  spoofs: list(span({ eastM: anyNumber, northM: anyNumber })),
  powerCuts: list(span()),
}

/** @throws RangeError naming the option that cannot be. */
export function receiverOptions(given?: Partial<ReceiverOptions>): ReceiverOptions {
  return withDefaults('receiver', DEFAULT_RECEIVER, RULES, given)
}
