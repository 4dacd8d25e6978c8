import { expect, test } from 'vitest'
import { GridArea } from '../../../../../gateway/hub/patrol/grids/grid-area.ts'
import { examineShift } from '../../../../../gateway/hub/patrol/shifts/examine-shift.ts'
import type { Fix } from '../../../../../proto/domain.ts'
import { trackOfFixes } from '../../made-track.ts'
import {
  BEAT,
  type Circumstances,
  changed,
  foundKinds,
  honestRide,
  SETTINGS,
  SHIFT,
  seconds,
  theFinding,
} from '../made-shift.ts'

const without = (fromS: number, toS: number): Fix[] => changed(honestRide(), fromS, toS, () => undefined)

test.each<[string, Fix[], string[], Circumstances?]>([
  ['15 minutes', without(600, 1500), ['gap-too-long']],
  ['9 minutes', without(600, 1140), []],
  ['an underpass', without(600, 640), []],
  ['the lunch break', without(600, 2400), [], { shift: { breaks: [seconds(600, 2400)] } }],
  ['15 minutes, 10 of them a break', without(600, 1500), [], { shift: { breaks: [seconds(600, 1200)] } }],
  [
    'two of them',
    [...honestRide(0, 600), ...honestRide(1300, 1900), ...honestRide(2600)],
    ['gap-too-long', 'gap-too-long'],
  ],
  [
    'a running shift that fell silent',
    honestRide(0, 600),
    ['gap-too-long'],
    { nowMs: seconds(0, 1500).toMs },
  ],
  ['a device that speaks every 30 s', honestRide().filter((_, s) => s % 30 === 0), []],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('says where it began and why', () => {
  const { from, to, evidence, text, lat } = theFinding(without(600, 1500))
  expect([from, to]).toEqual(['2026-05-01T00:09:59.000Z', '2026-05-01T00:25:00.000Z'])
  expect(evidence).toEqual({ gapS: 901, limitS: 600, cause: 'unknown' })
  expect(text).toEqual({ zh: '断点15分钟：原因不明', en: '15 min without a fix: cause unknown' })
  expect(lat).toBeDefined()
})

test('a gateway that did not run is the cause', () => {
  const { findings } = examineShift(
    {
      shift: SHIFT,
      track: trackOfFixes(without(600, 1500)),
      area: new GridArea([BEAT]),
      life: {
        powered: [
          { ...seconds(-100, 601), isStartKnown: true },
          { ...seconds(1498, 3700), isStartKnown: true },
        ],
        lost: [],
        arrivedMs: seconds(0, 3700).toMs,
        isBehind: false,
      },
      nowMs: SHIFT.toMs + 1,
    },
    SETTINGS,
  )
  expect(findings.map(({ kind, evidence }) => [kind, evidence.cause])).toEqual([['gap-too-long', 'no-power']])
  expect(findings[0]!.text.zh).toContain('断电')
})
