import type { PatrolPlan, Shift } from '../patrol/shifts/patrol-plan.ts'
import { HttpProblem } from './errors.ts'

/** @throws HttpProblem 404 */
export function requireShift(plan: Pick<PatrolPlan, 'find'>, id: string): Shift {
  const shift = plan.find(id)
  if (shift) return shift
  throw new HttpProblem(404, `shift ${id}: not in the plan`, 'GET /api/v1/shifts?from&to lists the shifts')
}
