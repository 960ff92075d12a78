# What a shell prints that somebody has just got hold of, at the beginning of what one side
# of a connection says.

signature k8s-shell-output {
  ip-proto == tcp
  payload /.*(uid=[0-9]+\([a-z_][a-z0-9_.-]*\) gid=[0-9]+\(|(ba|da|a|z|k)?sh: (no job control in this shell|cannot set terminal process group|[^\n]*can't access tty; job control turned off)|total [0-9]+\r?\n[-dlcbps][-rwxsStT]{9}[.+@]? +[0-9]+ |Linux [^ \n]+ [2-6]\.[0-9]+\.[0-9]+[^ \n]* #[0-9])/
  event Reverse_Shell::printed "shell"
}
