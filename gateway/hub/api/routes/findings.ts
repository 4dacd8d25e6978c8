import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { type Finding, Findings, FindingsQuery } from '../../../../proto/patrol-http.ts'
import { HttpProblem } from '../errors.ts'
import { timeRange } from '../range.ts'
import type { ShiftSources } from './shifts.ts'

/** One answer judges no more: a shift takes some tens of ms, and an answer that takes minutes is lost on the way. */
const MAX_JUDGED = 200
/** Of those whose report is kept so many are looked at in one turn of the event loop. */
const KEPT_A_TURN = 50
const MAX_SHIFTS = 10_000

/** GET findings: what the checks found in the shifts of a range, in order of the shifts; findings of before and after it are left out. */
export const findingRoutes =
  ({ plan, judged }: Pick<ShiftSources, 'plan' | 'judged'>): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Findings in the shifts of a range, some shifts at a time',
      querystring: FindingsQuery,
      response: { 200: Findings },
    }
    app.get('/findings', { schema }, async ({ query, raw }) => {
      const { fromMs, toMs } = timeRange(query)
      const { device, kind, after, limit } = query
      const all = device === undefined ? plan.between(fromMs, toMs) : plan.of(device, fromMs, toMs)
      const start = after === undefined ? 0 : 1 + all.findIndex(({ id }) => id === after)
      if (after !== undefined && start === 0)
        throw new HttpProblem(
          400,
          `after ${after}: no shift of this range`,
          'ask without it for the first shifts, with `next` of an answer for more',
        )
      const shifts = all.slice(start, start + MAX_SHIFTS)
      const findings: Finding[] = []
      let examined = 0
      let judgedNow = 0
      for (const shift of shifts) {
        // Nobody waits for the answer any more.
        if (raw.socket.destroyed) break
        const kept = judged.keptFindings(shift)
        if (!kept && judgedNow >= MAX_JUDGED) break
        for (const finding of kept ?? (await judged.findings(shift)))
          if (
            (kind === undefined || finding.kind === kind) &&
            Date.parse(finding.from) < toMs &&
            Date.parse(finding.to) >= fromMs
          )
            findings.push(finding)
        examined++
        if (!kept) judgedNow++
        if (findings.length >= limit) break
        // The intake gets its turn in between.
        if (!kept || examined % KEPT_A_TURN === 0) await nextTurn()
      }
      const last = shifts[examined - 1]
      const isMore = last !== undefined && start + examined < all.length
      return { findings, shifts: examined, ...(isMore ? { next: last.id } : {}) }
    })
  }
