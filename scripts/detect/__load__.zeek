##! The detections. There are none yet: each will be one file here.
