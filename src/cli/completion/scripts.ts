/** The scripts that teach a shell to ask `tx` what could come next. Each asks `tx __complete -- <words up to the cursor>`. */

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/**
 * bash cuts words at colons and equal signs, so the line is read anew, and what stands before the last of these signs is
 * taken off the candidates again.
 */
const bash = `# Completion of tx for bash. Add to ~/.bashrc:  source <(tx completion bash)
_tx_complete() {
  local typed="\${COMP_LINE:0:COMP_POINT}" words=() line
  read -r -a words <<< "$typed"
  [[ "$typed" == *[[:space:]] ]] && words+=("")
  local current="\${words[\${#words[@]}-1]}" prefix=""
  if [[ "$current" == *[:=]* ]]; then
    prefix="\${current%"\${current##*[:=]}"}"
    [[ "$COMP_WORDBREAKS" != *:* && "$current" == *:* ]] && prefix=""
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      compopt -o default 2> /dev/null
      return
    fi
    line="\${line%%$'\\t'*}"
    [[ "$line" == *[:./] ]] && compopt -o nospace 2> /dev/null
    COMPREPLY+=("\${line#"$prefix"}")
  done < <(command "\${words[0]}" __complete -- "\${words[@]:1}" 2> /dev/null)
}
complete -F _tx_complete tx
`;

const zsh = `#compdef tx
# Completion of tx for zsh. Add to ~/.zshrc behind compinit:  source <(tx completion zsh)
_tx() {
  local -a lines open closed
  local line
  lines=("\${(@f)$(command tx __complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  for line in $lines; do
    line="\${line%%$'\\t'*}"
    if [[ "$line" == *[:./] ]]; then open+=("$line"); elif [[ -n "$line" ]]; then closed+=("$line"); fi
  done
  compadd -Q -S '' -- $open
  compadd -Q -- $closed
}
compdef _tx tx
`;

const fish = `# Completion of tx for fish. Write it to ~/.config/fish/completions/tx.fish
function __tx_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (command tx __complete -- $words[2..-1] 2> /dev/null)
    if test "$lines[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $lines
    end
end
complete -c tx -f -a '(__tx_complete)'
`;

/**
 * PowerShell before 7.3 drops an empty word, and later ones hand two quotes on as they are: `tx` takes these for an empty word.
 * A word with signs of PowerShell's own, such as the comma between two selectors, has to be quoted to stay one word.
 */
const powershell = `# Completion of tx for PowerShell. Add to $PROFILE:  tx completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName tx -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.ToString() }
        })
    if ($wordToComplete -eq '') { $words += '""' }
    & tx __complete -- @words 2> $null | Where-Object { $_ -and $_ -ne ':files' } | ForEach-Object {
        $word, $description = $_ -split "\`t", 2
        $text = if ($description) { $description } else { $word }
        $quoted = if ($word -match '[^\\w.:/+*=-]') { "'" + $word.Replace("'", "''") + "'" } else { $word }
        [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $text)
    }
}
`;

export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };
