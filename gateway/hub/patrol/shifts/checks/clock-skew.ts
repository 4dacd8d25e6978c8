import type { Found, ShiftCheck, ShiftUnderCheck } from './check.ts'
import { durationEn, durationZh } from './words.ts'

interface Sign {
  /** Seconds by which each row is off; NaN: it is not. */
  offS(row: number): number
  sign: 'after-now' | 'after-receipt' | 'time-went-back'
  zh: string
  en: string
}

/**
 * Clock skew (时钟偏差): fixes that are later than now or than when the hub got them, by more than `maxAheadS`, or
 * earlier than the fix before them. Later receipt is no sign: a gateway without uplink sends late. One finding for
 * each sign.
 */
export const clockSkew: ShiftCheck = {
  kind: 'clock-skew',
  find(under) {
    const { track, receivedMs, nowMs, settings } = under
    const { maxAheadS } = settings['clock-skew']
    const ahead = (row: number, ofMs: number): number => {
      const aheadS = (track.timeMs[row]! - ofMs) / 1000
      return aheadS > maxAheadS ? aheadS : Number.NaN
    }
    const signs: Sign[] = [
      {
        offS: (row) => ahead(row, nowMs),
        sign: 'after-now',
        zh: '定位时间超前于当前时间',
        en: 'Fixes are later than now by',
      },
      {
        offS: (row) => (receivedMs ? ahead(row, receivedMs[row]!) : Number.NaN),
        sign: 'after-receipt',
        zh: '定位时间晚于接收时间',
        en: 'Fixes are later than their receipt by',
      },
      {
        offS: (row) => {
          const backS = row > 0 ? (track.timeMs[row - 1]! - track.timeMs[row]!) / 1000 : Number.NaN
          return backS > 0 ? backS : Number.NaN
        },
        sign: 'time-went-back',
        zh: '定位时间倒退',
        en: 'Time went back by',
      },
    ]
    return signs.flatMap((sign) => find(under, sign))
  },
}

function find({ track }: ShiftUnderCheck, { offS, sign, zh, en }: Sign): Found[] {
  let fixes = 0
  let mostS = 0
  let first = -1
  let last = -1
  for (let row = 0; row < track.count; row++) {
    const off = offS(row)
    if (Number.isNaN(off)) continue
    fixes++
    mostS = Math.max(mostS, off)
    if (first < 0) first = row
    last = row
  }
  if (first < 0) return []
  const [a, b] = [track.timeMs[first]!, track.timeMs[last]!]
  return [
    {
      fromMs: Math.min(a, b),
      toMs: Math.max(a, b),
      evidence: { offS: Math.round(mostS), fixes, sign },
      text: { zh: `${zh}，最多${durationZh(mostS * 1000)}`, en: `${en} up to ${durationEn(mostS * 1000)}` },
      lat: track.lat[first]!,
      lon: track.lon[first]!,
    },
  ]
}
