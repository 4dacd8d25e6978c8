import { readFileSync } from 'node:fs'

/**
 * For `node --import` in a gateway process: a board without a battery. The system clock begins at 1970 with the process,
 * and moves on to real time when the file that SYSTEM_CLOCK_FILE names says `set`, as NTP would set it. The monotonic
 * clock is left alone.
 */

const file = process.env.SYSTEM_CLOCK_FILE
const LOOK_EVERY_MS = 20

if (file !== undefined) {
  const realNow = Date.now.bind(Date)
  let isSet = false
  let lookedAtMs = Number.NEGATIVE_INFINITY
  Date.now = () => {
    const atMs = performance.now()
    if (!isSet && atMs - lookedAtMs >= LOOK_EVERY_MS) {
      lookedAtMs = atMs
      isSet = readFileSync(file, 'utf8') === 'set'
    }
    return isSet ? realNow() : Math.round(atMs)
  }
}
