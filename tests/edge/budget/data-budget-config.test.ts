import { expect, test } from 'vitest'
import { DataBudgetConfig } from '../../../gateway/edge/budget/data-budget-config.ts'

test('megabytes of a day', () => {
  expect(DataBudgetConfig.parse({ mbADay: 20 })).toEqual({ mbADay: 20 })
})

test.each<[string, unknown, string]>([
  ['nothing', {}, 'mbADay'],
  ['too little for health alone', { mbADay: 0.1 }, 'mbADay'],
  ['a text', { mbADay: '20' }, 'mbADay'],
  ['a month', { mbADay: 20, mbAMonth: 600 }, ''],
])('refused: %s', (_, config, path) => {
  const issue = DataBudgetConfig.safeParse(config).error!.issues[0]!
  expect(issue.path.join('.')).toBe(path)
})
