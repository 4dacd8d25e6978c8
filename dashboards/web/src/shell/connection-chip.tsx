import { Tooltip } from 'antd'
import { useWords } from '../i18n/language.tsx'
import { useConnection } from '../live/session.tsx'
import { useNow } from './use-now.ts'

/** A dot while all is well; words and a countdown while the live connection is down. */
export function ConnectionChip() {
  const { t } = useWords()
  const connection = useConnection()
  const nowMs = useNow(1000)
  const { state } = connection
  const seconds = state === 'down' ? Math.max(0, Math.ceil((connection.retryMs - nowMs) / 1000)) : 0
  return (
    <Tooltip title={state === 'down' ? t.connection.downNote : undefined}>
      <span
        className={`connection connection-${state}`}
        role="status"
        data-testid="connection"
        data-state={state}
      >
        <span className="connection-dot" />
        <span>{t.connection[state]}</span>
        {state === 'down' && <span aria-hidden="true"> · {t.connection.retryIn(seconds)}</span>}
      </span>
    </Tooltip>
  )
}
