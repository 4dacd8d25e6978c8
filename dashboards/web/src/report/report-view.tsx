import { Button, Skeleton } from 'antd'
import { useWords } from '../i18n/language.tsx'
import { linkTo, useScreen } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import './report.css'
import { ReportPaper } from './report-paper.tsx'
import { useReport } from './use-report.ts'

/** The patrol report of a shift (巡查报告): a page of its own, to print or to keep as PDF. */
export function ReportView() {
  const { t } = useWords()
  const { shift } = useScreen()
  return (
    <main className="report" data-testid="report">
      <div className="report-tools">
        <Button icon={<Icon name="back" />} {...linkTo({ view: 'shifts' })}>
          {t.report.back}
        </Button>
        {shift !== undefined && (
          <Button type="primary" data-testid="print" onClick={() => window.print()}>
            {t.report.print}
          </Button>
        )}
      </div>
      {shift === undefined ? <EmptyState title={t.report.choose} /> : <Asked key={shift} id={shift} />}
    </main>
  )
}

function Asked({ id }: { id: string }) {
  const asked = useReport(id)
  switch (asked.state) {
    case 'loading':
      return (
        <div className="paper">
          <Skeleton active paragraph={{ rows: 12 }} />
        </div>
      )
    case 'failed':
      return <Problem error={asked.error} onRetry={asked.retry} />
    case 'ready':
      return <ReportPaper report={asked.report} />
  }
}
