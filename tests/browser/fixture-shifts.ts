import type { z } from 'zod'
import type { District } from '../../proto/district.ts'
import {
  Beats,
  type CoveragePolicy,
  type FiguresOfShift,
  type Finding,
  LastSeenAnswer,
  type LiveCoverage,
  type Missed,
  MissedAnswer,
  Round,
  Shift,
  ShiftPlan,
  ShiftReport,
  Shifts,
} from '../../proto/patrol-http.ts'
import type { Ride } from './fixture-rides.ts'
import { type FixtureCoverage, flatM, gridFinder, SeenPlaces, streetParts } from './fixture-roads.ts'

/** Shifts of the fixture, what was found in them, and what nobody saw. */

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const INSPECTORS = ['王敏', '李强', '张伟', '刘洋']
/** Of those without an e-bike that reports: a table of more than one page. */
const MORE_SHIFTS = 22

const iso = (timeMs: number): string => new Date(timeMs).toISOString()

export class FixtureShifts {
  readonly shifts: z.output<typeof Shift>[]
  readonly #coverage: FixtureCoverage
  readonly #district: District
  readonly #rides: () => Ride[]
  readonly #startMs: number

  constructor(district: District, rides: () => Ride[], coverage: FixtureCoverage, startMs: number) {
    this.#district = district
    this.#rides = rides
    this.#coverage = coverage
    this.#startMs = startMs
    const codes = district.grids.features.map(({ properties }) => properties.code)
    const beats = [codes.slice(4, 7), codes.slice(0, 3), codes.slice(9, 12), codes.slice(13, 15)]
    const span = { from: iso(startMs - 3 * HOUR_MS), to: iso(startMs + HOUR_MS) }
    this.shifts = beats.map((grids, place) => ({
      id: `shift-${place + 1}`,
      device: `ebike-0${place + 1}`,
      inspector: INSPECTORS[place]!,
      beat: `责任区${place + 1}`,
      grids,
      ...span,
      ...(place === 3 ? { to: iso(startMs - 50 * MINUTE_MS) } : {}),
      breaks: place === 0 ? [{ from: iso(startMs - 20 * MINUTE_MS), to: iso(startMs - 14 * MINUTE_MS) }] : [],
      running: place !== 3,
    }))
    for (let more = 0; more < MORE_SHIFTS; more++)
      this.shifts.push({
        id: `shift-${more + 5}`,
        device: `ebike-${String(more + 5).padStart(2, '0')}`,
        grids: [codes[more % codes.length]!],
        from: iso(startMs - 2 * HOUR_MS),
        to: iso(startMs - HOUR_MS),
        breaks: [],
        running: false,
      })
  }

  /** @returns undefined: no such thing. */
  answer(method: string, path: string, query: URLSearchParams, body: unknown): unknown {
    const [first, id, third] = path.slice(1).split('/').map(decodeURIComponent)
    if (first === 'beats')
      return Beats.parse({
        beats: this.shifts
          .slice(0, 4)
          .map(({ beat, grids }) => ({ id: beat, name: `${beat}（日班）`, grids })),
      })
    if (first === 'missed') return this.#missedAnswer(query)
    if (first === 'last-seen') return this.#lastSeenAnswer(query.get('grid') ?? '')
    if (first !== 'shifts') return undefined
    if (id === undefined) return method === 'POST' ? this.#create(body) : this.#list(query)
    const shift = this.shifts.find((one) => one.id === id)
    if (!shift) return undefined
    if (third === 'report') return this.report(shift)
    if (third === 'round') return this.round(shift)
    if (method === 'DELETE') {
      this.shifts.splice(this.shifts.indexOf(shift), 1)
      return {}
    }
    if (method === 'PUT') Object.assign(shift, this.#planned(body))
    return Shift.parse(shift)
  }

  #list(query: URLSearchParams) {
    const [from, to] = [query.get('from')!, query.get('to')!]
    const shifts = this.shifts.filter((shift) => shift.from < to && shift.to > from)
    return Shifts.parse({ shifts: shifts.map((shift) => ({ ...shift, figures: this.#kept(shift) })) })
  }

  /** Reports of shifts without a ride are kept. */
  #kept(shift: z.output<typeof Shift>): FiguresOfShift | undefined {
    if (shift.running || this.#rides().some(({ device }) => device === shift.device)) return undefined
    const report = this.report(shift)
    const kinds = report.findings.map(({ kind }) => kind)
    return { ...report, madeAt: iso(this.#startMs), findings: { count: kinds.length, kinds } }
  }

  #planned(body: unknown) {
    const plan = ShiftPlan.parse(body)
    const beat = this.shifts.find((shift) => shift.beat === plan.beat)
    return { ...plan, grids: plan.grids ?? beat?.grids ?? [] }
  }

  #create(body: unknown) {
    const plan = this.#planned(body)
    const now = iso(Date.now())
    const made = Shift.parse({
      ...plan,
      id: `made-${this.shifts.length}`,
      running: plan.from <= now && now < plan.to,
    })
    this.shifts.push(made)
    return made
  }

  report(shift: z.output<typeof Shift>): z.output<typeof ShiftReport> {
    const ride = this.#rides().find(({ device }) => device === shift.device)
    const fixes = (ride?.fixes ?? []).filter(({ time }) => time >= shift.from && time < shift.to)
    const plannedS = (Math.min(Date.parse(shift.to), this.#startMs) - Date.parse(shift.from)) / 1000
    const distanceM = fixes.reduce((sum, { speedMps }) => sum + (speedMps ?? 0), 0)
    const findings = this.#findings(shift, ride)
    const points = { absent: 60, 'out-of-area': 8, 'gap-too-long': 6 } as Record<string, number>
    const reasons = findings
      .map(({ kind, text }) => ({ kind, points: points[kind] ?? 5, text }))
      .sort((a, b) => b.points - a.points)
    const range = { from: shift.from, to: iso(Math.min(Date.parse(shift.to), this.#startMs)) }
    const figure = (policy: CoveragePolicy) => {
      const all = shift.grids.map((grid) => this.#coverage.rollUp(policy, { grid, ...range })!)
      const of = all.reduce((sum, one) => sum + one.of, 0)
      const part = (which: 'coverage' | 'cannotTell') =>
        of > 0 ? all.reduce((sum, one) => sum + one[which] * one.of, 0) / of : 0
      return { coverage: part('coverage'), cannotTell: part('cannotTell') }
    }
    return ShiftReport.parse({
      shift,
      onDutyS: fixes.length,
      attendance: Math.min(1, fixes.length / plannedS),
      distanceM,
      effectiveM: distanceM * 0.93,
      inArea: fixes.length > 0 ? 0.962 : 0,
      movingS: fixes.filter(({ speedMps }) => (speedMps ?? 0) > 0.5).length,
      stops: ride?.stops.length ?? 0,
      gapsS: Object.fromEntries((ride?.gaps ?? []).map(({ cause, durationS }) => [cause, durationS])),
      findings,
      integrity: {
        score: 100 - reasons.reduce((sum, one) => sum + one.points, 0),
        policy: {
          id: 'integrity',
          version: 1,
          text: 'From 100, points are taken off for each finding by its kind.',
          textZh: '从 100 分起，按核查发现的种类扣分。',
        },
        reasons,
      },
      ...(ride
        ? {
            coverage: {
              area: figure('area'),
              road: figure('road'),
              components: figure('components'),
              visits: figure('visits'),
            },
          }
        : {}),
    })
  }

  #findings(shift: z.output<typeof Shift>, ride: Ride | undefined): Finding[] {
    const found = (
      kind: Finding['kind'],
      fromMs: number,
      toMs: number,
      more: Omit<Finding, keyof typeof head>,
    ) => ({
      ...head(kind, fromMs, toMs),
      ...more,
    })
    const head = (kind: Finding['kind'], fromMs: number, toMs: number) => ({
      id: `${shift.id}-${kind}`,
      kind,
      shift: shift.id,
      device: shift.device,
      from: iso(fromMs),
      to: iso(toMs),
      replay: `/?view=replay&device=${shift.device}&from=${iso(fromMs - 5 * MINUTE_MS)}&to=${iso(toMs + 5 * MINUTE_MS)}&at=${iso(fromMs)}`,
    })
    if (!ride)
      return [
        found('absent', Date.parse(shift.from), Date.parse(shift.to), {
          evidence: { absentS: HOUR_MS / 1000, fixes: 0 },
          text: { zh: '整个班次没有定位', en: 'Not one fix in the whole shift' },
        } as never),
      ]
    if (shift.id !== 'shift-1') return []
    const outMs = this.#startMs - 30 * MINUTE_MS
    const place = ride.fixes.find(({ time }) => time >= iso(outMs))!
    return [
      found('out-of-area', outMs, outMs + 4 * MINUTE_MS, {
        evidence: { outsideS: 240, farthestM: 86, marginM: 20, fixes: 231, times: 1 },
        text: {
          zh: '越界4分钟，最远离开责任区86米',
          en: 'Out of the beat for 4 min, at most 86 m beyond its border',
        },
        lat: place.lat,
        lon: place.lon,
      } as never),
      found('gap-too-long', this.#startMs - 40 * MINUTE_MS, this.#startMs - 34 * MINUTE_MS, {
        evidence: { gapS: 360, limitS: 300, cause: 'no-fix' },
        text: { zh: '轨迹中断6分钟（无定位）', en: 'No track for 6 min (no fix)' },
      } as never),
    ]
  }

  #unseen(): Missed[] {
    const now = this.#startMs
    const seen = new SeenPlaces(this.#rides(), { from: iso(now - 3 * HOUR_MS), to: iso(now) })
    const missed: Missed[] = []
    const gridAt = gridFinder(this.#district)
    const older = (place: number) =>
      place % 7 === 0 ? {} : { lastSeen: iso(now - (26 + (place % 90)) * HOUR_MS) }
    streetParts(this.#district).forEach(({ part, name, lengthM, from, to, grids }, place) => {
      const [lat, lon] = [(from.lat + to.lat) / 2, (from.lon + to.lon) / 2]
      const grid = grids[0] ?? gridAt(lat, lon)
      if (grid === undefined || seen.lastNear(lat, lon, 20)) return
      missed.push({
        kind: 'street-part',
        id: part,
        ...(name === undefined ? {} : { name }),
        grid,
        class: place % 5 === 0 ? 'key' : 'ordinary',
        lat,
        lon,
        allowedH: place % 5 === 0 ? 8 : 24,
        overdueH: 2 + (place % 90),
        ...older(place),
        lengthM,
        line: [from.lon, from.lat, to.lon, to.lat],
      })
    })
    this.#district.components.features.forEach(({ properties: { code, name, grid }, geometry }, place) => {
      const [lon, lat] = geometry.coordinates as [number, number]
      if (place % 4 !== 0 || seen.lastNear(lat, lon, 25)) return
      const limits = { class: 'ordinary', allowedH: 24, overdueH: 1 + (place % 70) }
      missed.push({ kind: 'component', id: code, name, grid, lat, lon, ...limits, ...older(place) })
    })
    const { code } = this.#district.grids.features[15]!.properties
    const ring = (this.#district.grids.features[15]!.geometry.coordinates as [number, number][][])[0]!
    missed.push({
      kind: 'cell',
      id: `${code}:12,7`,
      grid: code,
      class: 'ordinary',
      lat: ring[0]![1] + 4e-4,
      lon: ring[0]![0] + 4e-4,
      allowedH: 48,
      overdueH: 300,
      cells: 64,
    })
    return missed.sort((a, b) => b.overdueH - a.overdueH || a.id.localeCompare(b.id))
  }

  #lastSeenAnswer(grid: string) {
    const since = iso(this.#startMs - 3 * HOUR_MS)
    const seen = new SeenPlaces(this.#rides(), { from: since, to: iso(this.#startMs) })
    const rule = { class: 'ordinary', allowedH: 24 }
    const seenAt = (lat: number, lon: number) => {
      const last = seen.lastNear(lat, lon, 20)
      return last ? { lastSeen: iso(last.timeMs) } : {}
    }
    const inGrid = streetParts(this.#district).filter(({ grids }) => grids.includes(grid))
    return LastSeenAnswer.parse({
      grid,
      since,
      parts: inGrid.map(({ part, street, lengthM, from, to }) => ({
        ...{ part, street, lengthM, ...rule },
        ...seenAt((from.lat + to.lat) / 2, (from.lon + to.lon) / 2),
      })),
      components: this.#district.components.features
        .filter(({ properties }) => properties.grid === grid)
        .map(({ properties: { code, name }, geometry: { coordinates } }) => ({
          ...{ code, name, ...rule },
          ...seenAt(coordinates[1]!, coordinates[0]!),
        })),
    })
  }

  #missedAnswer(query: URLSearchParams) {
    const all = this.#unseen().filter(({ kind, grid }) => {
      const [wantedKind, wantedGrid] = [query.get('kind'), query.get('grid')]
      return (wantedKind ?? kind) === kind && grid.startsWith(wantedGrid ?? '')
    })
    const limit = Number(query.get('limit') ?? 200)
    return MissedAnswer.parse({ at: iso(this.#startMs), total: all.length, missed: all.slice(0, limit) })
  }

  /** Where the e-bike is going to ride anyway: on streets, and known. */
  round(shift: z.output<typeof Shift>) {
    const ride = this.#rides().find(({ device }) => device === shift.device)
    if (!ride || !shift.running) return undefined
    const way = ride.fixes.filter((_, row) => row % 20 === 0).slice(-90)
    const near = ({ lat, lon }: { lat: number; lon: number }) =>
      way.some((fix) => flatM(fix.lat, fix.lon, lat, lon) < 120)
    const unseen = this.#unseen()
    const closes = unseen.filter(near).slice(0, 12)
    const lengthM = way
      .slice(1)
      .reduce((sum, { lat, lon }, row) => sum + flatM(lat, lon, way[row]!.lat, way[row]!.lon), 0)
    return Round.parse({
      shift: shift.id,
      from: iso(this.#startMs),
      durationS: lengthM / 4.5,
      lengthM,
      speedMps: 4.5,
      line: way.flatMap(({ lon, lat }) => [lon, lat]),
      closes,
      leaves: unseen.length - closes.length,
      method: { zh: '最省插入，再 2-opt', en: 'cheapest insertion, then 2-opt' },
    })
  }
}

export const liveCoverage = (shift: string, device: string, coverage: number): LiveCoverage => ({
  shift,
  device,
  at: iso(Date.now()),
  policies: { area: { coverage, cannotTell: 0.02 }, road: { coverage: coverage + 0.05, cannotTell: 0.01 } },
})
