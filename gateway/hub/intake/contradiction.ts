import { decodeBody } from '../../../proto/codec/codec.ts'
import type { Fix, Lane } from '../../../proto/domain.ts'

/**
 * Whether two bodies that came under one name say different things. A track that is sent again may have been thinned
 * meanwhile, or less than before (docs/data-budget.md): then one is the other without some fixes, which is no
 * contradiction. An emptied body, a photo's that was taken, can no longer be compared.
 */
export function contradict(lane: Lane, known: Uint8Array, body: Uint8Array): boolean {
  if (known.length === 0 || Buffer.compare(known, body) === 0) return false
  if (lane !== 'fix') return true
  try {
    const [one, other] = [fixesIn(known), fixesIn(body)]
    return one.size < other.size ? !holdsAll(other, one) : !holdsAll(one, other)
  } catch {
    return true
  }
}

/** @throws DecodeError */
function fixesIn(body: Uint8Array): Map<number, Fix> {
  const read = decodeBody('fix', body)
  return new Map(read.lane === 'fix' ? read.batch.fixes.map((fix) => [fix.timeMs, fix]) : [])
}

function holdsAll(whole: Map<number, Fix>, part: Map<number, Fix>): boolean {
  for (const [timeMs, fix] of part) {
    const other = whole.get(timeMs)
    if (!other || JSON.stringify(other) !== JSON.stringify(fix)) return false
  }
  return true
}
