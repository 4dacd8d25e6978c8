import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  Beat,
  Beats,
  Shift,
  ShiftPlan,
  type ShiftPlan as ShiftPlanJson,
  ShiftReport,
  Shifts,
  ShiftsQuery,
} from '../../../../proto/patrol-http.ts'
import type { UnitGrids } from '../../patrol/grids/unit-grids.ts'
import { shiftJson } from '../../patrol/shifts/examine-shift.ts'
import type { JudgedShifts } from '../../patrol/shifts/judged-shifts.ts'
import type { PatrolPlan, PlannedShift, Shift as PlanShift } from '../../patrol/shifts/patrol-plan.ts'
import { PlanRefused } from '../../patrol/shifts/plan-refused.ts'
import { HttpProblem } from '../errors.ts'
import { requireKnownCodes } from '../known-grid.ts'
import { requireShift } from '../known-shift.ts'
import { timeRange } from '../range.ts'

export interface ShiftSources {
  plan: PatrolPlan
  /** As they are in the register now. */
  grids: () => UnitGrids
  judged: JudgedShifts
}

/**
 * GET, POST, PUT, DELETE shifts; GET shifts/{id}/report; GET, PUT, DELETE beats: who patrols which grids when. The API has
 * no login: whoever reaches the port may plan, which is why it binds to the loopback unless it is told otherwise.
 */
export const shiftRoutes =
  ({ plan, grids, judged }: ShiftSources): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ id: z.string().min(1).max(64) })
    const answer = (shift: PlanShift): z.infer<typeof Shift> => shiftJson(shift, Date.now())

    const list = {
      summary: 'Shifts that have a part in the range, with figures where a report is kept that holds',
      querystring: ShiftsQuery,
      response: { 200: Shifts },
    }
    app.get('/shifts', { schema: list }, async ({ query }) => {
      const { fromMs, toMs } = timeRange(query)
      const shifts =
        query.device === undefined ? plan.between(fromMs, toMs) : plan.of(query.device, fromMs, toMs)
      const figures = judged.figuresOf(shifts)
      return { shifts: shifts.map((shift) => ({ ...answer(shift), figures: figures.get(shift.id) })) }
    })

    const one = { summary: 'One shift', params, response: { 200: Shift } }
    app.get('/shifts/:id', { schema: one }, async ({ params: { id } }) => answer(requireShift(plan, id)))

    const post = {
      summary: 'Plans a shift; one that is there already stays',
      body: ShiftPlan,
      response: { 200: Shift, 201: Shift },
    }
    app.post('/shifts', { schema: post }, async ({ body }, reply) => {
      const planned = plannedOf(body, grids())
      const known = plan.at(planned.device, planned.fromMs)
      if (known?.fromMs === planned.fromMs && !isSame(known, planned))
        throw new HttpProblem(
          409,
          `${planned.device} has shift ${known.id} from then on, which differs`,
          `PUT /api/v1/shifts/${known.id} changes it`,
        )
      const { shift, outcome } = orRefuse(() => plan.put(planned))
      return reply.code(outcome === 'added' ? 201 : 200).send(answer(shift))
    })

    const put = {
      summary: 'Changes a shift; its id is that of its device and beginning, and changes with them',
      params,
      body: ShiftPlan,
      response: { 200: Shift },
    }
    app.put('/shifts/:id', { schema: put }, async ({ params: { id }, body }) => {
      const planned = plannedOf(body, grids())
      const shift = orRefuse(() => plan.replace(id, planned))
      return answer(shift ?? requireShift(plan, id))
    })

    const del = {
      summary: 'Takes a shift out of the plan and answers what it was',
      params,
      response: { 200: Shift },
    }
    app.delete('/shifts/:id', { schema: del }, async ({ params: { id } }) => {
      const shift = requireShift(plan, id)
      plan.delete(id)
      return answer(shift)
    })

    const report = {
      summary: 'What a shift amounts to, with its findings: judged anew',
      params,
      response: { 200: ShiftReport },
    }
    app.get('/shifts/:id/report', { schema: report }, async ({ params: { id } }) =>
      judged.judge(requireShift(plan, id)),
    )

    app.get('/beats', { schema: { summary: 'Beats', response: { 200: Beats } } }, async () => ({
      beats: plan.beats(),
    }))

    const putBeat = {
      summary: 'Keeps a beat; shifts that are planned on it have its grids, past ones too',
      params,
      body: Beat.omit({ id: true }).extend({ id: Beat.shape.id.optional() }),
      response: { 200: Beat, 201: Beat },
    }
    app.put('/beats/:id', { schema: putBeat }, async ({ params: { id }, body }, reply) => {
      if (body.id !== undefined && body.id !== id)
        throw new HttpProblem(
          400,
          `body id ${body.id}: expected ${id}, as in the address`,
          'leave the id out',
        )
      const beat = Beat.safeParse({ ...body, id })
      if (!beat.success) throw new HttpProblem(400, `beat ${id}: ${beat.error.issues[0]!.message}`)
      requireKnownCodes(grids(), beat.data.grids)
      const outcome = plan.putBeat(beat.data)
      return reply.code(outcome === 'added' ? 201 : 200).send(plan.beat(id)!)
    })

    const delBeat = {
      summary: 'Takes a beat out of the plan and answers what it was',
      params,
      response: { 200: Beat },
    }
    app.delete('/beats/:id', { schema: delBeat }, async ({ params: { id } }) => {
      const beat = plan.beat(id)
      if (!beat)
        throw new HttpProblem(404, `beat ${id}: not in the plan`, 'GET /api/v1/beats lists the beats')
      orRefuse(() => plan.deleteBeat(id))
      return beat
    })
  }

/** @throws HttpProblem 400 */
function plannedOf(body: ShiftPlanJson, grids: UnitGrids): PlannedShift {
  const { device, inspector, beat } = body
  if (body.grids) requireKnownCodes(grids, body.grids)
  return {
    device,
    inspector,
    beat,
    grids: body.grids,
    fromMs: moment('from', body.from),
    toMs: moment('to', body.to),
    breaks: body.breaks.map((rest, i) => ({
      fromMs: moment(`breaks.${i}.from`, rest.from),
      toMs: moment(`breaks.${i}.to`, rest.to),
    })),
  }
}

/** A time without its zone would mean another moment on another machine. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/

function moment(field: string, text: string): number {
  const timeMs = MOMENT.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(timeMs)) return timeMs
  throw new HttpProblem(
    400,
    `body ${field}: ${JSON.stringify(text.slice(0, 40))} is no time with its zone`,
    'give it as 2026-05-01T08:00:00+08:00 or 2026-05-01T00:00:00Z',
  )
}

const HINTS: Record<PlanRefused['why'], string> = {
  times: 'a shift lasts at most 24 h, and its breaks lie inside it',
  grids: 'give the id of a beat, or codes of grids',
  beat: 'PUT /api/v1/beats/{id} makes one',
  overlap: 'a device has one shift at a time: change or delete the other one first',
  'in-use': 'change or delete those shifts first',
}

function orRefuse<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof PlanRefused)) throw error
    const isConflict = error.why === 'overlap' || error.why === 'in-use'
    throw new HttpProblem(isConflict ? 409 : 400, error.message, HINTS[error.why])
  }
}

function isSame(shift: PlanShift, planned: PlannedShift): boolean {
  const ofShift = [
    shift.toMs,
    shift.inspector,
    shift.beat,
    shift.beat === undefined ? shift.grids : undefined,
    shift.breaks,
  ]
  const ofPlanned = [planned.toMs, planned.inspector, planned.beat, planned.grids, planned.breaks]
  return JSON.stringify(ofShift) === JSON.stringify(ofPlanned)
}
