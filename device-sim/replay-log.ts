import { createReadStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pty } from './hardware/pty.ts'

/**
 * Plays a recorded receiver log onto a pty. In: the bytes of the file, as they are. Out: the same bytes, in
 * bursts of one receiver second, each when its sentences say. It waits for a listener and for the line, so
 * nothing is lost. Fails where the file cannot be read, the pty is closed, or the signal is aborted.
 */

export interface ReplayOptions {
  /** Times real time; `'fast'` is as fast as the line takes it. 1 unless given. */
  speed?: number | 'fast'
  signal?: AbortSignal
}

const DAY_S = 86_400
/** No receiver says that much in a second, and the line can take it at once. */
const MAX_BURST_BYTES = 64 * 1024
/** Sentences whose first field is the time of the epoch, under any talker. */
const TIMED = /^\$[A-Z]{2}(?:RMC|GGA),(\d{2})(\d{2})(\d{2}(?:\.\d+)?),/

/**
 * @returns bursts and bytes written.
 * @throws RangeError for a speed that is not positive; Error of the file, the pty or the signal.
 */
export async function replayLog(
  file: string,
  pty: Pty,
  { speed = 1, signal }: ReplayOptions = {},
): Promise<{ bursts: number; bytes: number }> {
  if (speed !== 'fast' && !(speed > 0))
    throw new RangeError(`replay speed ${speed}: expected a number above 0 or 'fast'`)
  let bursts = 0
  let bytes = 0
  for await (const { burst, waitS } of burstsOf(file)) {
    if (speed !== 'fast' && waitS > 0)
      await sleep((waitS * 1000) / speed, undefined, signal ? { signal } : undefined)
    await pty.ready(signal)
    pty.write(burst)
    bursts++
    bytes += burst.length
  }
  if (bursts > 0) await pty.ready(signal)
  return { bursts, bytes }
}

/** Cuts a log where the second of its RMC and GGA sentences changes, or where a burst gets too long. */
async function* burstsOf(file: string): AsyncGenerator<{ burst: Uint8Array; waitS: number }> {
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let second: number | undefined
  let waitS = 0
  const take = (nextWaitS: number) => {
    const whole = { burst: Buffer.concat(gathered), waitS }
    gathered = []
    gatheredBytes = 0
    waitS = nextWaitS
    return whole
  }
  for await (const line of linesOf(file)) {
    const match = TIMED.exec(line.toString('latin1'))
    if (match) {
      const next = Math.floor(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]))
      if (second !== undefined && next !== second) yield take(forwardS(second, next))
      second = next
    }
    gathered.push(line)
    gatheredBytes += line.length
    if (gatheredBytes > MAX_BURST_BYTES) yield take(0)
  }
  if (gatheredBytes > 0) yield take(0)
}

/** Over midnight it goes on; a step back otherwise is a clock that was set, and costs a second. */
function forwardS(from: number, to: number): number {
  const byS = to - from
  if (byS > 0) return byS
  return byS < -DAY_S / 2 ? byS + DAY_S : 1
}

/** Lines with their ends, as bytes: logs hold binary data too. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a, start)) {
      yield rest.subarray(start, end + 1)
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > MAX_BURST_BYTES) {
      yield rest
      rest = Buffer.alloc(0)
    }
  }
  if (rest.length > 0) yield rest
}
