"""Completion scripts for bash, zsh and fish, made from the commands themselves."""

from core.terminal.grammar import Command
from core.terminal.vocabulary import COMMANDS


def script(shell: str) -> str:
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _flags(command: Command) -> list[str]:
    own = [name for argument in command.arguments for name in argument.names if name.startswith("--")]
    return [*own, "--json", "--help"]


def _bash() -> str:
    cases = "\n".join(f"        {each.name}) words='{' '.join(_flags(each))}' ;;" for each in COMMANDS)
    return f"""_thaw() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" words
    if [ "$COMP_CWORD" -eq 1 ]; then
        words='{" ".join(each.name for each in COMMANDS)}'
    else
        case "${{COMP_WORDS[1]}}" in
{cases}
        esac
    fi
    if [[ "$COMP_CWORD" -eq 1 || "$current" == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}}
complete -o filenames -F _thaw thaw"""


def _zsh() -> str:
    cases = "\n".join(f"        {each.name}) compadd -- {' '.join(_flags(each))}; _files ;;" for each in COMMANDS)
    names = "\n".join(f"        '{each.name}:{_quoted(each.help)}'" for each in COMMANDS)
    return f"""#compdef thaw
_thaw() {{
    local -a commands
    commands=(
{names}
    )
    if (( CURRENT == 2 )); then
        _describe 'command' commands
        return
    fi
    case "$words[2]" in
{cases}
    esac
}}
compdef _thaw thaw"""


def _quoted(text: str) -> str:
    return text.replace("'", "").replace(":", "\\:")


def _fish() -> str:
    lines = []
    for each in COMMANDS:
        lines.append(f"complete -c thaw -f -n __fish_use_subcommand -a {each.name} -d '{_quoted(each.help)}'")
        lines += [
            f"complete -c thaw -n '__fish_seen_subcommand_from {each.name}' -l {flag.removeprefix('--')}"
            for flag in _flags(each)
        ]
    return "\n".join(lines)
