import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Case, CaseId, CaseStep, Cases, CasesQuery, CaseWithSteps } from '../../../../proto/http.ts'
import { stepJson } from '../../ledger/case-json.ts'
import type { Ledger, LedgerCase } from '../../ledger/ledger.ts'
import { HttpProblem } from '../errors.ts'

/** GET cases, cases/{id}, cases/{id}/steps: the ledger as it stands. */
export const caseRoutes =
  (ledger: Ledger, toJson: (entry: LedgerCase) => Case): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ id: CaseId })

    const find = (id: string): LedgerCase => {
      const entry = ledger.find(id)
      if (entry) return entry
      throw new HttpProblem(404, `case ${id}: not in the ledger`, 'GET /api/v1/cases lists them')
    }

    const list = { summary: 'Cases, newest first', querystring: CasesQuery, response: { 200: Cases } }
    app.get('/cases', { schema: list }, async ({ query }) => ({ cases: ledger.list(query).map(toJson) }))

    const one = { summary: 'One case with its steps', params, response: { 200: CaseWithSteps } }
    app.get('/cases/:id', { schema: one }, async ({ params: { id } }) => ({
      ...toJson(find(id)),
      steps: ledger.steps(id).map(stepJson),
    }))

    const steps = {
      summary: 'The steps of a case',
      params,
      response: { 200: z.object({ steps: z.array(CaseStep) }) },
    }
    app.get('/cases/:id/steps', { schema: steps }, async ({ params: { id } }) => {
      find(id)
      return { steps: ledger.steps(id).map(stepJson) }
    })
  }
