import { isDeepStrictEqual } from 'node:util'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import type { Body } from '../../../proto/domain.ts'
import type { LoggedRecord } from '../intake/intake-log.ts'
import { checkedFixes, checkedReadings } from '../stores/checked-records.ts'
import { StoreRefused } from '../stores/track-store.ts'

/**
 * One poison point (坏点) must not take 29 good ones with it. In: slices of the intake log, for the consumer inside.
 * Where a single record is refused, the points that no store takes are left out, and where that is not enough its fixes
 * or readings are offered in halves, down to those at fault: the others are stored, and {@link PartlyRefused} brings
 * those alone. Throws what the consumer throws else.
 */

type Consume = (records: LoggedRecord[]) => Promise<void>

/** A record of which the store took all but some points. */
export class PartlyRefused extends StoreRefused {
  /** An encoded body of the refused points alone. */
  readonly rest: Uint8Array
  constructor(message: string, rest: Uint8Array, cause: Error) {
    super(message, { cause })
    this.rest = rest
  }
}

/** A record of nothing but bad points costs no more refused writes than this; what is not told apart then stays together. */
const MAX_REFUSALS = 32
const LISTED_POINTS = 20

/** The points of a body, and bodies of some of them. */
interface Points {
  count: number
  what: 'fixes' | 'readings'
  /** @throws StoreRefused where no store takes this one. */
  check(index: number): void
  /** @throws RangeError where they cannot be encoded to the same values. */
  encode(indices: number[]): Uint8Array
}

export function keepingGoodPoints(consume: Consume): Consume {
  return async (records) => {
    try {
      await consume(records)
    } catch (error) {
      const [record] = records
      if (!(error instanceof StoreRefused) || records.length !== 1) throw error
      const points = pointsOf(record!)
      if (points === undefined || points.count < 2) throw error
      await bisect(consume, record!, points, error)
    }
  }
}

async function bisect(consume: Consume, record: LoggedRecord, points: Points, whole: Error): Promise<void> {
  const bad: number[] = []
  let refusals = 0
  let reason: Error | undefined
  const offer = async (indices: number[]): Promise<void> => {
    try {
      await consume([{ ...record, body: points.encode(indices) }])
    } catch (error) {
      if (!(error instanceof StoreRefused)) throw error
      refusals++
      if (indices.length === 1) reason ??= error
      await split(indices)
    }
  }
  const split = async (indices: number[]): Promise<void> => {
    if (indices.length === 1 || refusals >= MAX_REFUSALS) {
      bad.push(...indices)
      return
    }
    const half = indices.length >> 1
    await offer(indices.slice(0, half))
    await offer(indices.slice(half))
  }
  let rest: Uint8Array
  try {
    const sound: number[] = []
    for (let i = 0; i < points.count; i++)
      try {
        points.check(i)
        sound.push(i)
      } catch (error) {
        if (!(error instanceof StoreRefused)) throw error
        reason ??= error
        bad.push(i)
      }
    if (bad.length === points.count) throw whole
    await (bad.length === 0 ? split(sound) : offer(sound))
    bad.sort((a, b) => a - b)
    if (bad.length === 0 || bad.length === points.count) throw whole
    rest = points.encode(bad)
  } catch (error) {
    // Points that cannot be sent apart stay together.
    throw error instanceof RangeError ? whole : error
  }
  const listed = bad.slice(0, LISTED_POINTS).join(', ')
  const more = bad.length > LISTED_POINTS ? ' …' : ''
  throw new PartlyRefused(
    `${bad.length} of ${points.count} ${points.what} refused, the others are stored; at fault: ${points.what}[${listed}${more}]: ${(reason ?? whole).message}`,
    rest,
    whole,
  )
}

function pointsOf({ gateway, lane, body }: LoggedRecord): Points | undefined {
  const decoded = decodeBody(lane, body)
  if (decoded.lane === 'fix') {
    const { batch } = decoded
    const { fixes } = batch
    return {
      count: fixes.length,
      what: 'fixes',
      check: (i) => {
        checkedFixes({ fixes: [{ device: batch.device ?? gateway, fixes: [fixes[i]!] }], readings: [] })
      },
      encode: (indices) =>
        encodedAlike({ lane: 'fix', batch: { ...batch, fixes: indices.map((i) => fixes[i]!) } }),
    }
  }
  if (decoded.lane !== 'reading') return undefined
  const { batch } = decoded
  const { readings } = batch
  return {
    count: readings.length,
    what: 'readings',
    check: (i) => {
      checkedReadings({ fixes: [], readings: [readings[i]!] })
    },
    encode: (indices) =>
      encodedAlike({ lane: 'reading', batch: { ...batch, readings: indices.map((i) => readings[i]!) } }),
  }
}

/** @throws RangeError where the wire would change a value: differences of times have a limit. */
function encodedAlike(body: Body): Uint8Array {
  const bytes = encodeBody(body)
  if (!isDeepStrictEqual(inOneOrder(decodeBody(body.lane, bytes)), inOneOrder(body)))
    throw new RangeError('points that the wire does not carry by themselves')
  return bytes
}

/** The wire groups readings into series. */
function inOneOrder(body: Body): unknown {
  if (body.lane !== 'reading') return body
  return body.batch.readings
    .map(({ component, metric, timeMs, value }) => `${component} ${metric} ${timeMs} ${value}`)
    .sort()
}
