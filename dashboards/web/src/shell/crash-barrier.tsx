import { Alert } from 'antd'
import { Component, type ReactNode } from 'react'
import { useWords } from '../i18n/language.tsx'

interface Props {
  children: ReactNode
}

/** A fault of the page itself: says so instead of leaving an empty window. */
export class CrashBarrier extends Component<Props, { error: unknown }> {
  override state = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    return this.state.error === undefined ? this.props.children : <Crashed error={this.state.error} />
  }
}

function Crashed({ error }: { error: unknown }) {
  const { t } = useWords()
  return (
    <main className="crashed">
      <Alert
        type="error"
        showIcon
        title={t.problems.crashed}
        description={
          <>
            <p>{t.problems.crashedHint}</p>
            <code>{String(error)}</code>
          </>
        }
      />
    </main>
  )
}
