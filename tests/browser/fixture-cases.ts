import type { District } from '../../proto/district.ts'
import type { CaseWithSteps, EvidenceJson } from '../../proto/http.ts'

/** Cases of the fixture. */

interface CasePlan {
  serial: number
  fault: 'cover_tilted' | 'lamp_out'
  /** Which of the components of the fitting kind. */
  place: number
  raisedMs: number
  clearedMs?: number
  gateway: string
}

const FAULTS = {
  cover_tilted: {
    names: { zh: '井盖倾斜', en: 'Cover tilted' },
    kind: /井盖/,
    evidence: {
      metric: 'tilt_deg',
      rule: 'cover_tilted/1',
      raise: 15,
      clear: 8,
      holdMs: 5000,
      context: { background_deg: 1.5, flaps: 2 },
    },
    values: [2.1, 2.3, 1.9, 2.2, 9.8, 21.4, 24.9, 25.2, 24.8, 25.1, 25.6, 25.3],
  },
  lamp_out: {
    names: { zh: '路灯不亮', en: 'Lamp out' },
    kind: /路灯/,
    evidence: {
      metric: 'current_a',
      rule: 'lamp_out/1',
      raise: 0.1,
      clear: 0.2,
      holdMs: 10_000,
      context: { sun_deg: -12.3, light_lux: 3, mains_v: 231 },
    },
    values: [0.62, 0.61, 0.63, 0.6, 0.31, 0.04, 0.02, 0.03, 0.02, 0.02, 0.03, 0.02],
  },
}

export function caseOf(district: District, plan: CasePlan): CaseWithSteps {
  const { serial, fault, place, raisedMs, clearedMs, gateway } = plan
  const { names, kind, evidence, values } = FAULTS[fault]
  const fitting = district.components.features.filter(({ properties }) => kind.test(properties.name))
  const component = fitting[place % fitting.length]!
  const [lon, lat] = component.geometry.coordinates
  const time = (timeMs: number) => new Date(timeMs).toISOString()
  const shown: EvidenceJson = {
    ...evidence,
    samples: values.map((value, index) => ({
      time: time(raisedMs - (values.length - 1 - index) * 1000),
      value,
    })),
    suppressed: fault === 'cover_tilted' ? 2 : 0,
  }
  return {
    id: `1k2m3n${String(serial).padStart(3, '0')}-0a1b2c3d4e`,
    status: clearedMs === undefined ? 'reported' : 'cleared',
    open: clearedMs === undefined,
    source: 'sensor',
    component: component.properties.code,
    componentName: component.properties.name,
    grid: component.properties.grid,
    fault,
    faultName: names,
    gateway,
    episode: serial % 2 ? 1 : 3,
    raised: time(raisedMs),
    updated: time(clearedMs ?? raisedMs),
    ...(clearedMs === undefined ? {} : { cleared: time(clearedMs) }),
    position: { lat, lon, source: 'survey' },
    evidence: shown,
    steps: [
      { step: 'raised', time: time(raisedMs), by: gateway, evidence: shown },
      ...(clearedMs === undefined
        ? []
        : [{ step: 'cleared' as const, time: time(clearedMs), by: gateway, evidence: shown }]),
    ],
  }
}

interface HandPlan {
  serial: number
  /** At the middle of which grid. */
  place: number
  raisedMs: number
  gateway: string
  note: string
  photos: number
}

/** What an inspector reported by hand: an event, at no component; none of its photos has come yet. */
export function handCaseOf(district: District, plan: HandPlan): CaseWithSteps {
  const { serial, place, raisedMs, gateway, note, photos } = plan
  const grid = district.grids.features[place % district.grids.features.length]!
  const ring = (grid.geometry.coordinates as [number, number][][])[0]!
  const middle = (axis: 0 | 1) => ring.reduce((sum, position) => sum + position[axis], 0) / ring.length
  const time = new Date(raisedMs).toISOString()
  return {
    id: `1k2m3n${String(serial).padStart(3, '0')}-5f6a7b8c9d`,
    status: 'reported',
    open: true,
    source: 'inspector',
    grid: grid.properties.code,
    fault: 'exposed_rubbish',
    faultName: { zh: '暴露垃圾', en: 'Exposed rubbish' },
    gateway,
    episode: 1,
    raised: time,
    updated: time,
    timeSource: 'estimated',
    position: { lon: middle(0), lat: middle(1), source: 'hand' },
    manual: { note, by: '王巡查', photos, photosHere: [] },
    steps: [{ step: 'raised', time, by: gateway, note }],
  }
}
