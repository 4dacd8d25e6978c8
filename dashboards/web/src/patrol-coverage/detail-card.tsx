import { Button } from 'antd'
import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../i18n/language.tsx'
import { Icon } from '../shell/icons.tsx'

interface Props {
  title: string
  onClose: () => void
  onMap?: () => void
  children: ReactNode
}

/** What is chosen of a list, above it; it comes into sight when it changes. */
export function DetailCard({ title, onClose, onMap, children }: Props) {
  const { t } = useWords()
  const card = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another title is another thing that was chosen
  useEffect(() => {
    card.current?.scrollIntoView({ block: 'nearest' })
  }, [title])
  return (
    <section className="detail-card" ref={card} data-testid="detail" aria-label={title}>
      <header className="section-head">
        <h3>{title}</h3>
        <span className="detail-buttons">
          {onMap && (
            <Button
              size="small"
              type="text"
              aria-label={t.coverage.onMap}
              icon={<Icon name="place" />}
              onClick={onMap}
            />
          )}
          <Button size="small" type="text" onClick={onClose}>
            {t.close}
          </Button>
        </span>
      </header>
      {children}
    </section>
  )
}
