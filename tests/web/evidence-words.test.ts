import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { placeOf } from '../../dashboards/web/src/cases/case-place.ts'
import { evidenceRows, ruleText } from '../../dashboards/web/src/cases/evidence-words.ts'
import { unitOf } from '../../dashboards/web/src/cases/metric.ts'
import { en } from '../../dashboards/web/src/i18n/en.ts'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { zh } from '../../dashboards/web/src/i18n/zh.ts'
import type { EvidenceJson } from '../../proto/http.ts'

const chinese = { t: zh, q: quantities('zh') }
const english = { t: en, q: quantities('en') }

const METRICS: Record<string, { zh: string; en: string; unit: string }> = parse(
  readFileSync(new URL('../../proto/catalogue/metrics.yaml', import.meta.url), 'utf8'),
)

test.each(Object.entries(METRICS))('%s has the names and the unit of the catalogue', (metric, names) => {
  expect(zh.cases.metrics[metric]).toBe(names.zh)
  expect(en.cases.metrics[metric]).toBe(names.en)
  expect(unitOf(metric)).toBe(names.unit)
})

test.each([
  ['water_level_mm', 'mm'],
  ['door', ''],
  ['odd_thing', ''],
  ['_a', ''],
])('the unit of %s, which no catalogue knows, is %j', (metric, unit) => expect(unitOf(metric)).toBe(unit))

const TILT: EvidenceJson = {
  metric: 'tilt_deg',
  rule: 'cover_tilted/2',
  raise: 15,
  clear: 8,
  holdMs: 5000,
  samples: [],
  suppressed: 0,
}

describe('the rule in words', () => {
  test.each<[string, Partial<EvidenceJson>, string, string]>([
    [
      'too high',
      {},
      '倾角达到 15° 或以上并持续 5 秒即报警，回到 8° 或以下即恢复。',
      'Raised where Tilt is 15° or above for 5 s, cleared at 8° or below.',
    ],
    [
      'too low',
      { metric: 'current_a', raise: 0.1, clear: 0.2, holdMs: 10_000 },
      '电流降到 0.1 A 或以下并持续 10 秒即报警，回到 0.2 A 或以上即恢复。',
      'Raised where Current is 0.1 A or below for 10 s, cleared at 0.2 A or above.',
    ],
    [
      'a duration, at once',
      { metric: 'silent_s', raise: 90_000, clear: 0, holdMs: 0 },
      '静默时长达到 25 小时 或以上即报警，回到 0 秒 或以下即恢复。',
      'Raised where Time without a reading is 25 h or above, cleared at 0 s or below.',
    ],
    [
      'out of range',
      { raise: 180, clear: 180, holdMs: 10_000 },
      '倾角超出传感器量程并持续 10 秒即报警，回到量程内即恢复。',
      'Raised where Tilt is outside the sensor’s range for 10 s, cleared inside it.',
    ],
  ])('%s', (_, changes, zhText, enText) => {
    expect(ruleText({ ...TILT, ...changes }, chinese)).toBe(zhText)
    expect(ruleText({ ...TILT, ...changes }, english)).toBe(enText)
  })
})

describe('what a verdict rests on', () => {
  const rows = (changes: Partial<EvidenceJson>) =>
    evidenceRows({ ...TILT, ...changes }, chinese).map(({ label, value }) => `${label} ${value}`)

  test.each<[string, Partial<EvidenceJson>, string[]]>([
    ['nothing beside the samples', {}, []],
    ['a first raising is no repetition', { context: { flaps: 1 } }, []],
    [
      'a tilted cover',
      { context: { flaps: 3, background_deg: 1.4567 }, suppressed: 2 },
      ['安装基准角 1.457°', '近期反复报警 3 次', '短暂越限，未达时限 2 次'],
    ],
    [
      'a dark lamp',
      { metric: 'current_a', context: { mains_v: 231.26, light_lux: 3, sun_deg: -12.3 } },
      ['太阳高度角 -12.3°', '照度 3 lx', '电压 231.3 V'],
    ],
    ['a circuit', { metric: 'members_heard', context: { members_total: 12 } }, ['回路内部件数 12']],
    [
      'a sensor out of its range',
      { subject: 'tilt_deg', context: { lowest: -180, highest: 180 } },
      ['具体对象 倾角', '量程下限 -180°', '量程上限 180°'],
    ],
    ['a port', { metric: 'port_down_s', subject: 'gps-1' }, ['具体对象 gps-1']],
    [
      'quantities that nobody knows, by name',
      { context: { zeal_v: 1, awe: 0.25 } },
      ['awe 0.25', 'zeal_v 1 V'],
    ],
  ])('%s', (_, changes, expected) => expect(rows(changes)).toEqual(expected))
})

test.each([
  [{ component: '3101010101000001', componentName: '上水井盖 1' }, '上水井盖 1'],
  [{ component: '3101010101000001' }, '部件 3101010101000001'],
  [{ position: { lat: 31.2301, lon: 121.4705, source: 'hand' as const } }, '31.23010, 121.47050'],
  [{}, '没有位置'],
])('the place of %j', (one, shown) => expect(placeOf(one, chinese)).toBe(shown))
