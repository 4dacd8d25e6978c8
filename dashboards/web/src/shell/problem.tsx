import { Alert, Button } from 'antd'
import { HubError } from '../api/hub-error.ts'
import { useWords } from '../i18n/language.tsx'
import type { Messages } from '../i18n/zh.ts'

/** Says what went wrong and what to do about it; the hub's own words where it gave any. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useWords()
  const { title, message, hint } = explain(error, t)
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      data-testid="problem"
      title={title}
      description={
        <>
          {message && <p className="problem-message">{message}</p>}
          {hint && <p className="problem-hint">{hint}</p>}
        </>
      }
      action={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            {t.retry}
          </Button>
        )
      }
    />
  )
}

/** One line, for places too small for the whole. */
export function shortProblem(error: unknown, t: Messages): string {
  const { title, message } = explain(error, t)
  return message ? `${title}: ${message}` : title
}

interface Explanation {
  title: string
  message?: string
  hint?: string
}

function explain(error: unknown, { problems }: Messages): Explanation {
  if (!(error instanceof HubError)) return { title: problems.crashed, message: String(error) }
  switch (error.failure) {
    case 'unreachable':
      return { title: problems.unreachable, hint: problems.unreachableHint }
    case 'malformed':
      return { title: problems.malformed, message: error.message, hint: problems.malformedHint }
    case 'refused':
      return {
        title: problems.refused,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      }
  }
}
