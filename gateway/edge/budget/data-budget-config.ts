import { z } from 'zod'

/** `sim:` of an edge's configuration: what its SIM card may use. How to choose: docs/data-budget.md. */
export const DataBudgetConfig = z.strictObject({
  /** Both directions, headers included, as the operator bills it; 1 MB is 1,000,000 bytes. */
  mbADay: z.number().min(0.2).max(100_000),
})
